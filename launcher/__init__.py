"""Starts SGLang serving MOVA: reads the checkpoint, looks at the GPUs, chooses what fits, and supervises the server.

It runs with the Python of the GPU machine: nothing here needs more than the standard library.
"""
