"""The telephone network: SIPp behind the real edge, and voices that can be told apart."""
