package org.resnet4j.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.TrainingConfig;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import org.resnet4j.arch.Network;
import org.resnet4j.data.batch.Batch;

/** DJL's own trainer with its own ResNet on its PyTorch engine, from our weights. */
final class DjlTraining implements TrainingContestant {
  private final ai.djl.Model model;
  private final Trainer trainer;
  private final NDManager manager;
  private final NDList images;
  private final NDList labels;

  private DjlTraining(
      ai.djl.Model model, Trainer trainer, NDManager manager, NDList images, NDList labels) {
    this.model = model;
    this.trainer = trainer;
    this.manager = manager;
    this.images = images;
    this.labels = labels;
  }

  static DjlTraining of(TrainingJob job, Model ours) {
    Network network = ours.network();
    Shape shape = DjlNetwork.batch(job.batch(), network);
    ai.djl.Model model = DjlNetwork.of(ours, shape);
    Trainer trainer = model.newTrainer(config(job));
    trainer.initialize(shape);
    NDManager manager = trainer.getManager();
    Batch batch = job.images(network);
    float[] pixels = GeneratedValues.channelsFirst(batch.pixels(), network.input());
    NDList images = new NDList(manager.create(pixels, shape));
    NDList labels = new NDList(manager.create(batch.labels()));
    return new DjlTraining(model, trainer, manager, images, labels);
  }

  private static TrainingConfig config(TrainingJob job) {
    return new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
        .optDevices(new Device[] {Device.cpu()})
        .optOptimizer(
            Optimizer.sgd()
                .setLearningRateTracker(Tracker.fixed((float) job.rate()))
                .optMomentum((float) job.momentum())
                .optWeightDecays((float) job.weightDecay())
                .build());
  }

  @Override
  public String version() {
    return DjlNetwork.version();
  }

  @Override
  public double step() {
    double loss;
    // What is computed belongs to the images' manager, which would keep it to the end.
    try (NDManager once = manager.newSubManager()) {
      images.tempAttach(once);
      labels.tempAttach(once);
      try (GradientCollector gradients = trainer.newGradientCollector()) {
        NDList logits = trainer.forward(images, labels);
        NDArray mean = trainer.getLoss().evaluate(labels, logits);
        gradients.backward(mean);
        loss = mean.getFloat();
      }
    }
    trainer.step();
    if (!Double.isFinite(loss)) {
      throw new IllegalStateException(
          "the loss is %s; a time of it would mean nothing".formatted(loss));
    }
    return loss;
  }

  @Override
  public void close() {
    trainer.close();
    model.close();
  }
}
