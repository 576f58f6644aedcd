"""The business of the customer service centre, told as flows over calls."""
