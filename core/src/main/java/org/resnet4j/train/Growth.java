package org.resnet4j.train;

import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.arch.DepthSurgery;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Operation;
import org.resnet4j.arch.Unit;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.weights.Folding;

/**
 * Makes the new blocks of a grown plain network identities in training as well.
 *
 * <p>Without a shortcut to rely on, a block passes on what it gets only if its batch norms undo
 * what they do: scale and shift are the standard deviation and mean of the channel. With stored
 * statistics they cancel whatever these are; with those of a batch only if they are near what was
 * measured.
 */
public final class Growth {
  private static final long[] ALL_BUT_CHANNELS = {0, 2, 3};

  private Growth() {}

  /**
   * Measures what reaches new blocks without a shortcut, and sets their batch norms to it. Does
   * nothing, and reads no image, where there is no such block.
   *
   * @param grown the network after surgery; left in evaluation mode
   * @param images the training images, best without augmentation
   */
  public static void settle(LiveNetwork grown, DepthSurgery surgery, Loader images) {
    List<Unit> plain = surgery.added().stream().filter(Unit::plain).toList();
    if (plain.isEmpty()) {
      return;
    }
    List<Channels> stages = measure(grown, images);
    List<String> names = plain.stream().map(Unit::name).toList();
    List<Unit> units = grown.network().units();
    int next = 0;
    for (int s = 0; s < stages.size(); s++) {
      for (int end = next + grown.network().stages().get(s).blocks().size(); next < end; next++) {
        if (names.contains(units.get(next).name())) {
          set(grown, units.get(next), stages.get(s));
        }
      }
    }
  }

  /** Of each channel at the end of each stage, which is what reaches every new block of it. */
  private static List<Channels> measure(LiveNetwork grown, Loader images) {
    grown.train(false);
    List<Channels> stages = new ArrayList<>();
    grown.network().featureMaps().forEach(map -> stages.add(new Channels(map.shape().channels())));
    try (Batches batches = images.epoch(0, 0)) {
      for (Batch batch : batches) {
        try (PointerScope temporaries = new PointerScope();
            NoGradGuard constant = new NoGradGuard()) {
          List<Tensor> maps = grown.featureMaps(Evaluator.images(grown, batch));
          for (int s = 0; s < maps.size(); s++) {
            stages.get(s).add(maps.get(s));
          }
        }
      }
    }
    return stages;
  }

  private static void set(LiveNetwork grown, Unit unit, Channels channels) {
    float[] mean = channels.mean();
    float[] variance = channels.variance();
    float[] scale = new float[variance.length];
    for (int c = 0; c < scale.length; c++) {
      scale[c] = (float) Math.sqrt(variance[c] + Folding.EPSILON);
    }
    try (PointerScope temporaries = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      for (Layer layer : unit.layers()) {
        if (layer.operation() instanceof Operation.BatchNorm) {
          String name = layer.name();
          grown.tensor(name + ".weight").copy_(Tensors.of(scale, scale.length));
          grown.tensor(name + ".bias").copy_(Tensors.of(mean, mean.length));
          grown.tensor(name + ".running_mean").copy_(Tensors.of(mean, mean.length));
          grown.tensor(name + ".running_var").copy_(Tensors.of(variance, variance.length));
        }
      }
    }
  }

  /** Sums over everything seen of each channel. */
  private static final class Channels {
    private final double[] sum;
    private final double[] squares;
    private double count;

    Channels(int channels) {
      sum = new double[channels];
      squares = new double[channels];
    }

    /** Sums each batch natively in 64 bits. */
    void add(Tensor map) {
      Tensor wide = map.to(torch.ScalarType.Double);
      double[] more = doubles(wide.sum(ALL_BUT_CHANNELS));
      double[] moreSquares = doubles(wide.square().sum(ALL_BUT_CHANNELS));
      for (int c = 0; c < sum.length; c++) {
        sum[c] += more[c];
        squares[c] += moreSquares[c];
      }
      count += (double) map.numel() / sum.length;
    }

    private static double[] doubles(Tensor tensor) {
      double[] values = new double[Math.toIntExact(tensor.numel())];
      Tensor plain = tensor.cpu().contiguous();
      DoubleBuffer buffer = plain.createBuffer();
      buffer.get(values);
      return values;
    }

    float[] mean() {
      float[] mean = new float[sum.length];
      for (int c = 0; c < mean.length; c++) {
        mean[c] = (float) (sum[c] / count);
      }
      return mean;
    }

    float[] variance() {
      float[] variance = new float[sum.length];
      for (int c = 0; c < variance.length; c++) {
        double mean = sum[c] / count;
        variance[c] = (float) Math.max(0, squares[c] / count - mean * mean);
      }
      return variance;
    }
  }
}
