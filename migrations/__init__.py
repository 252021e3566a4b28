"""The schema's history and the guards, shipped beside the program that runs them."""
