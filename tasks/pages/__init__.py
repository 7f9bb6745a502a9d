"""What a browser is shown of a storage root: index pages and the application that serves them."""
