"""An emulator of the APIs of Telegent (message routes) and Telnyx (number messaging).

It needs the standard library only and shares no code with the clients, so that a mistake of theirs is not repeated
here. The public import path of its application and server is ``pulumi_messaging_emulator``.
"""
