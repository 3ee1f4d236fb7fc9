"""One module per file syntax that we write: how a value is said in it, and how it is read back.

Each quoter gives text that its reader reads as that very value, or raises ``Unsayable``: a value is never
changed, dropped or cut in silence.
"""
