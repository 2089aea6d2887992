export { type Lane, LANES } from './catalogue.ts';
export { type Consumer, type ConsumerOptions, createConsumer } from './consumer.ts';
export { GivenBackError } from './given-back.ts';
export { createProducer, type Producer } from './producer.ts';
