"""The stages of a query's way, one module each. They never import one another; what does I/O is handed to them."""
