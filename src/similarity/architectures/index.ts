export type { EmbeddingOptions, ImageShape, Pooling } from './architecture-options.ts';
export { convNetSim, type ConvNetOptions } from './conv-net.ts';
export {
  resNet18Backbone,
  resNet18Sim,
  type ResNet18BackboneOptions,
  type ResNet18Options,
  type Stem,
} from './resnet18.ts';
