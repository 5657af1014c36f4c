package org.resnet4j.train;

import java.util.Iterator;
import java.util.List;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.recipe.Recipe;

/**
 * Training steps with images as they come from their files, and steps on one batch that is always
 * there: what decoding, varying and collecting images cost a training.
 *
 * <p>Not safe for several threads.
 */
public final class PipelineTrial implements AutoCloseable {
  private final double rate;
  private final Trainee trainee;
  private final Dataset images;
  private final Loader loader;
  private final Batch fixed;
  private Batches batches;
  private Iterator<Batch> next;
  private int epoch;
  private long step;

  /** Opens what the setup says; its network is initialised, or read. */
  public PipelineTrial(Setup setup) {
    Recipe recipe = setup.recipe();
    rate = recipe.rates().rate();
    trainee = Trainee.of(setup);
    images = setup.data().train();
    loader = setup.loaders().training();
    try (Batches first = loader.epoch(0, 0)) {
      fixed = copy(first.iterator().next());
    }
    batches = loader.epoch(epoch, 0);
    next = batches.iterator();
  }

  private static Batch copy(Batch batch) {
    return new Batch(
        batch.size(),
        batch.pixels().clone(),
        batch.labels().clone(),
        batch.indices().clone(),
        batch.mix());
  }

  /**
   * Reads each training image once, as the first epoch does, so that those that memory holds are
   * decoded.
   *
   * @return how many, if it takes longer than so many seconds
   */
  public int read(double seconds) {
    long end = System.nanoTime() + (long) (1e9 * seconds);
    int read = 0;
    while (read < images.size() && System.nanoTime() < end) {
      images.image(read++);
    }
    return read;
  }

  /** All training images. */
  public int images() {
    return images.size();
  }

  /** Images of a step. */
  public int batchSize() {
    return fixed.size();
  }

  /** Takes so many steps with images of the data, epoch after epoch; the seconds of all. */
  public double loaded(int steps) {
    long began = System.nanoTime();
    for (int i = 0; i < steps; i++) {
      if (!next.hasNext()) {
        batches.close();
        batches = loader.epoch(++epoch, 0);
        next = batches.iterator();
      }
      learn(next);
    }
    return (System.nanoTime() - began) / 1e9;
  }

  /** Takes so many steps with the first batch; the seconds of all. */
  public double fixed(int steps) {
    long began = System.nanoTime();
    for (int i = 0; i < steps; i++) {
      learn(List.of(fixed).iterator());
    }
    return (System.nanoTime() - began) / 1e9;
  }

  private void learn(Iterator<Batch> one) {
    trainee.learner().learn(one, 1, step, rate).requireSound(step);
    step++;
  }

  @Override
  public void close() {
    batches.close();
    loader.close();
    trainee.close();
  }
}
