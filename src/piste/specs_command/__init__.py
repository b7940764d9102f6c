"""`piste specs`: tracking plans as files, and whether events fulfil them.

Room:   the top; files, terminal and HTTP around the Console APIs of a running Piste.
"""
