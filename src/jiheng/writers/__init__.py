"""From the model to what people read: the terminal, Excel, Word, web pages."""
