"""Arithmetic that proves a form: check digits, checksums and their codes. Pure functions of a string, no context.

Each returns the normal form where the string is valid and None where it is not; none looks at the words around.
"""
