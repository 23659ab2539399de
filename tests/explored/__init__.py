"""The exploration of the policies in this repository: figures, and the page that shows them."""
