"""The API about calls: the path of a call, its recording, calls of other softphones, the edge."""
