"""Devices that are not there: a V.250/V.253 voice modem and a 27.007 module, with faults to choose from.

Each is bytes in, bytes out and a clock, so the same emulator runs on a virtual clock within a test and behind a pty for programs that do
not know us (mgetty-voice's vm).
"""
