"""How do the servers and processes of the pipeline come to be on this machine?"""
