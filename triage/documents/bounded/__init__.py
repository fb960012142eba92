"""What opens a stranger's file: a process of its own, with bounds on its time and memory.

The files that are opened here come from outside. They may be damaged or made to harm, and the libraries that read them
are large. So they are opened in a child process that holds no key, writes no file, and can be ended at any moment.
Nothing in this package imports the domain: the child starts in a blink and stays small.
"""
