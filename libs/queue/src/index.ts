export { type Consumer, type ConsumerOptions, createConsumer } from './consumer.ts';
export { createProducer, type Producer } from './producer.ts';
