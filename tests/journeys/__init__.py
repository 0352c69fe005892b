"""Do tickets reach their queues through every process, on real servers, whatever happens?"""
