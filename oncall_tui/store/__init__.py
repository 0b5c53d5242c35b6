"""Journal and outbox: one contract, several backends.

``outbox.py`` holds the rules all backends share, ``encoding.py`` what is written down, ``sqlite.py`` and ``memory.py``
the backends; ``sqlite_file.py`` and its neighbours look after the file itself. ``steadfast.py`` is what the program
uses: the file as long as it takes everything, memory as long as it does not.
"""
