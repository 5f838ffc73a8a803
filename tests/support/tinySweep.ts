/** Settings of a run of some seconds that saves a checkpoint every other step: 24 steps of UNet on drawn scenes. */
export const tinyRun = {
  epochs: 3,
  batchSize: 2,
  dataset: {
    name: 'synthetic',
    size: [32, 48],
    numClasses: 4,
    trainLength: 16,
    validLength: 2,
  },
  model: { name: 'unet', width: 2 },
  checkpoints: { everySteps: 2 },
};
