"""The overview: for the terminal and as JSON in `answer`, as an HTML page in `page`."""
