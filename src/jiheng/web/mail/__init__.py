"""What people are told in the app, told by e-mail too, where a mail server is configured."""
