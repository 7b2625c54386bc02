from dbos import Queue

imports = Queue("imports", concurrency=2)
exports = Queue("exports")
