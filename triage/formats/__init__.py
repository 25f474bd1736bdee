"""What readers and containers both need to know of a file format: the files inside a mail, a document, a PDF."""
