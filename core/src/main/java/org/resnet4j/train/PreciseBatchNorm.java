package org.resnet4j.train;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.resnet4j.arch.Parameter;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.nn.LiveNetwork;

/**
 * Computes the stored statistics of batch norms anew, as those of the weights that they stand
 * beside.
 *
 * <p>In training they are a moving average over weights that change; after surgery they are those
 * of another network. The authors of the paper computed them on training images after training
 * (github.com/KaimingHe/deep-residual-networks).
 */
public final class PreciseBatchNorm {
  private PreciseBatchNorm() {}

  /**
   * Makes every running mean and variance the plain average over batches of the mean and the
   * unbiased variance in each, with nothing dropped out; leaves the network in evaluation mode.
   * Doing it again changes nothing: the count of batches stays that of those learned.
   *
   * @param images best without augmentation, and with full batches only, as each counts the same
   * @param batches how many at most, at least 1
   */
  public static void update(LiveNetwork network, Loader images, int batches) {
    if (batches < 1) {
      throw new IllegalArgumentException("batches = %d: must be at least 1".formatted(batches));
    }
    Map<String, Long> counts = counts(network);
    int seen = 0;
    try (Batches epoch = images.epoch(0, 0)) {
      for (Batch batch : epoch) {
        if (seen == batches) {
          break;
        }
        seen++;
        network.measure(1.0 / seen);
        try (PointerScope temporaries = new PointerScope();
            NoGradGuard constant = new NoGradGuard()) {
          network.features(Evaluator.images(network, batch));
        }
      }
    } finally { // An image that cannot be read ends a run, which is saved as it is then.
      try (PointerScope temporaries = new PointerScope()) {
        counts.forEach((name, count) -> network.tensor(name).fill_(new Scalar(count)));
      }
      network.train(false);
    }
  }

  private static Map<String, Long> counts(LiveNetwork network) {
    Map<String, Long> counts = new HashMap<>();
    for (Parameter parameter : network.network().state()) {
      if (parameter.role() == Parameter.Role.BATCHES_TRACKED) {
        counts.put(parameter.name(), network.tensor(parameter.name()).item_long());
      }
    }
    return counts;
  }
}
