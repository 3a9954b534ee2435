"""Sends each line of a file as one message, once in every compression, by a producer that is not ours.

    produce.py librdkafka|aiokafka BROKERS TOPIC FILE

A message's header "compression" says which one it was sent in.
"""

import asyncio
import sys

client, brokers, topic, path = sys.argv[1:]
with open(path, "rb") as file:
    lines = file.read().splitlines()
compressions = ["none", "gzip", "snappy", "lz4", "zstd"]


def produce_by_librdkafka(compression):
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": brokers, "compression.type": compression, "linger.ms": 200})
    for line in lines:
        producer.produce(topic, line, partition=0, headers={"compression": compression})
        producer.poll(0)
    assert producer.flush(60) == 0


async def produce_by_aiokafka(compression):
    from aiokafka import AIOKafkaProducer

    producer = AIOKafkaProducer(
        bootstrap_servers=brokers,
        compression_type=None if compression == "none" else compression,
        linger_ms=200,
        max_batch_size=200_000,
    )
    await producer.start()
    try:
        headers = [("compression", compression.encode())]
        sent = [await producer.send(topic, line, partition=0, headers=headers) for line in lines]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


for compression in compressions:
    if client == "librdkafka":
        produce_by_librdkafka(compression)
    else:
        asyncio.run(produce_by_aiokafka(compression))
