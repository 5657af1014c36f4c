package org.resnet4j.bench;

import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import org.resnet4j.arch.Network;

/** DJL's own ResNet on its PyTorch engine, with our weights. */
final class DjlContestant implements Contestant {
  private final ai.djl.Model model;
  private final Predictor<NDList, NDList> predictor;
  private final NDManager manager;
  private final NDList input;

  private DjlContestant(
      ai.djl.Model model, Predictor<NDList, NDList> predictor, NDManager manager, NDList input) {
    this.model = model;
    this.predictor = predictor;
    this.manager = manager;
    this.input = input;
  }

  /** Its block has the stride on the first 1x1, and so must the network. */
  static DjlContestant of(Job job, Model ours) {
    Network network = ours.network();
    Shape batch = DjlNetwork.batch(job.batch(), network);
    ai.djl.Model model = DjlNetwork.of(ours, batch);
    NDManager manager = model.getNDManager().newSubManager();
    float[] images = GeneratedValues.channelsFirst(job.images(network.input()), network.input());
    NDList input = new NDList(manager.create(images, batch));
    return new DjlContestant(model, model.newPredictor(new NoopTranslator()), manager, input);
  }

  @Override
  public String version() {
    return DjlNetwork.version();
  }

  @Override
  public void run() {
    predict(false);
  }

  @Override
  public float[] logits() {
    return predict(true);
  }

  private float[] predict(boolean wanted) {
    // What is computed belongs to the input's manager, which would keep it to the end of all runs.
    try (NDManager once = manager.newSubManager()) {
      input.tempAttach(once);
      try (NDList output = predictor.predict(input)) {
        return wanted ? output.singletonOrThrow().toFloatArray() : new float[0];
      }
    } catch (TranslateException e) {
      throw new IllegalStateException("DJL refuses: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    predictor.close();
    manager.close();
    model.close();
  }
}
