package org.resnet4j.train;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.plan.OperatorTime;
import org.resnet4j.optimizer.Optimizer;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.tensor.Tensors;

/** Takes steps one at a time: forward, loss, backward, change of the weights. */
final class Learner implements AutoCloseable {
  /** The phases of a step in which operators of the network run. */
  static final String FORWARD = "forward";

  static final String BACKWARD = "backward";

  private final Recipe recipe;
  private final LiveNetwork network;
  private final Pass pass;
  private final Objective objective;
  private final Optimizer optimizer;
  private final Guard guard;
  private Laps laps = Laps.NONE;

  /**
   * What the images of a step showed before the weights were changed.
   *
   * @param loss mean over the images
   * @param right how many images, a mixed one if it got the label that has more of it
   * @param images how many there were
   * @param gradientNorm of all gradients together, before clipping
   * @param trouble what was no number, in words; then weights and statistics are as before the step
   */
  record Learned(
      double loss, int right, int images, double gradientNorm, Optional<String> trouble) {
    private static final Learned NOTHING = new Learned(0, 0, 0, Double.NaN, Optional.empty());

    /** With a batch more, of which the mean loss is a share. */
    private Learned and(double lossShare, int moreRight, int moreImages) {
      return new Learned(
          loss + lossShare, right + moreRight, images + moreImages, gradientNorm, trouble);
    }

    private Learned withNorm(double norm) {
      return new Learned(loss, right, images, norm, trouble);
    }

    /** Throws {@link IllegalStateException} if the step changed nothing: it is none to be timed. */
    Learned requireSound(long step) {
      if (trouble.isPresent()) {
        throw new IllegalStateException(
            "step %d changes nothing, as %s; a time of it would mean nothing"
                .formatted(step + 1, trouble.get()));
      }
      return this;
    }

    private Learned in(String what) {
      return new Learned(loss, right, images, gradientNorm, Optional.of(what));
    }
  }

  /** Closes the pass and nothing else. */
  Learner(Recipe recipe, LiveNetwork network, Optimizer optimizer, Objective objective) {
    this.recipe = recipe;
    this.network = network;
    this.pass = Pass.of(network, recipe.recompute());
    this.objective = objective;
    this.optimizer = optimizer;
    this.guard = new Guard(network);
  }

  /**
   * Takes one step with the gradients of some batches, the mean over which counts. Batch norms see
   * the batches one by one. A step that meets NaN or infinity anywhere, or a batch that cannot be
   * read, changes nothing.
   *
   * @param batches of one size
   * @param count how many of them to take
   * @param step from 0
   */
  Learned learn(Iterator<Batch> batches, int count, long step, double rate) {
    return learn(batches, count, step, step, rate);
  }

  /**
   * As {@link #learn(Iterator, int, long, double)}, where some steps before changed nothing.
   *
   * @param updates how many did: what optimizers count by, which correct averages for their age
   */
  Learned learn(Iterator<Batch> batches, int count, long step, long updates, double rate) {
    guard.remember();
    laps.done("checks");
    Learned learned = gathered(batches, count, step);
    if (learned.trouble().isEmpty()) {
      learned = checked(learned.withNorm(optimizer.gradientNorm()));
    }
    if (learned.trouble().isPresent()) {
      takeBack();
      return learned;
    }
    double largest = recipe.optimization().clip();
    if (largest > 0) {
      optimizer.clip(learned.gradientNorm(), largest);
    }
    laps.done("gradient norm and checks");
    optimizer.step(rate, updates);
    laps.done("optimizer");
    return learned;
  }

  /** The gradients of all batches; nothing of them stays if one cannot be read. */
  private Learned gathered(Iterator<Batch> batches, int count, long step) {
    Learned learned = Learned.NOTHING;
    boolean read = false;
    try {
      for (int part = 0; part < count; part++) {
        Batch batch = batches.next();
        if (learned.trouble().isEmpty()) { // Otherwise only read past.
          learned = differentiate(batch, step, part, count, learned);
        }
      }
      read = true;
    } finally {
      if (!read) {
        takeBack(); // The run may be saved now, and take this step once more.
      }
    }
    return learned;
  }

  private void takeBack() {
    optimizer.forget();
    guard.takeBack();
  }

  private Learned checked(Learned learned) {
    Optional<String> unsound = guard.unsound();
    if (unsound.isPresent()) {
      return learned.in(unsound.get() + " holds values that are no numbers");
    }
    return Double.isFinite(learned.gradientNorm())
        ? learned
        : learned.in("a gradient became " + learned.gradientNorm());
  }

  /** Adds the gradients of a batch, so weighted that all parts make a mean. */
  private Learned differentiate(Batch batch, long step, int part, int parts, Learned before) {
    try (PointerScope temporaries = new PointerScope()) {
      torch.manual_seed(drawsOf(step, part));
      Tensor images = Evaluator.images(network, batch);
      laps.done("images to tensors");
      if (!Guard.finite(images)) {
        return before.in("an image of the batch holds values that are no numbers");
      }
      laps.done("checks");
      Tensor logits = pass.forward(images);
      laps.done(FORWARD);
      Tensor mean = objective.loss(logits, images, batch);
      Tensor share = parts == 1 ? mean : mean.div(new Scalar((double) parts));
      double loss = share.item_double();
      laps.done("loss");
      if (!Double.isFinite(loss)) {
        return before.and(loss, 0, batch.size()).in("loss became " + loss);
      }
      pass.backward(share);
      laps.done(BACKWARD);
      int right =
          new Logits(Tensors.floats(logits), network.network().classes())
              .right(batch.heavierLabels(), batch.size());
      laps.done("accuracy");
      return before.and(loss, right, batch.size());
    }
  }

  /** Lets somebody know when phases are done, and the pass measure its operators meanwhile. */
  void watch(Laps watching) {
    laps = watching;
    pass.watch(watching != Laps.NONE);
  }

  /** What operators took on average since they are watched; empty where the pass cannot tell. */
  List<OperatorTime> operators() {
    return pass.operators();
  }

  /** What dropout and stochastic depth draw from, so that a resumed run draws the same. */
  private long drawsOf(long step, int part) {
    long stream = recipe.seed() * 0x9E3779B97F4A7C15L + step + part * 0xD1B54A32D192ED03L;
    return new SplittableRandom(stream).nextLong();
  }

  @Override
  public void close() {
    pass.close();
    guard.close();
  }
}
