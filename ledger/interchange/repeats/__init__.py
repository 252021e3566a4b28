"""What a repeated import means: what a source has stated so far, what is news, and what is gone.

Start with `state`: what each import of a source stated, record by record, is kept with its request.
"""
