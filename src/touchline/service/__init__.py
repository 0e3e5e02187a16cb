"""What any service around the pipeline needs, whatever its protocol.

Worker processes in a pool, the messages between them and the service, a queue with an end, videos
from strangers' hosts, clients that never finish a request.
"""
