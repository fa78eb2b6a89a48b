"""Who there is: districts, departments, units, sections, people, and the roles they hold."""
