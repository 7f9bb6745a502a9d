"""What a gallery page carries so that it draws and plays its pieces by itself.

`notes` is the form of the notes, `pieces` the data of the page's script, `figures` what its pieces
are sorted and filtered by, `scripts` its script and the synthesiser, `excerpts` the real pieces of
its listening test.
"""
