// kafkajs 2.2.4 exports its partitioner, but not the hash within it.

declare module "kafkajs/src/producer/partitioners/default/murmur2" {
  function murmur2(key: Buffer | string): number;
  export = murmur2;
}
