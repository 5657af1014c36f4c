package org.resnet4j.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.ClassNames;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Splits;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/**
 * A network that answers, and learns nothing, for the same varied images that another learns from.
 *
 * <p>It runs with its stored statistics. Images normalised by other means of channels than its own
 * are normalised anew, which is exact.
 */
final class Teacher implements AutoCloseable {
  private final LiveNetwork network;
  private final Optional<Affine> renormalisation;

  private Teacher(LiveNetwork network, Optional<Affine> renormalisation) {
    this.network = network;
    this.renormalisation = renormalisation;
  }

  /** The caller closes it. */
  static Teacher of(SavedModel model, Setup setup, Device device, Precision precision) {
    Optional<Affine> affine =
        sameMeans(model.preprocessing(), setup.preprocessing())
            ? Optional.empty()
            : Optional.of(Affine.of(setup.preprocessing(), model.preprocessing(), device));
    return new Teacher(model.live(device, precision), affine);
  }

  /**
   * Checks that a model can teach a run.
   *
   * @param student how the run's images are prepared
   * @throws DataException for data of other classes, and if the teacher cannot take the images
   */
  static void requireFits(SavedModel model, String source, Splits data, Preprocessing student) {
    new ClassNames("the teacher " + model.folder(), model.labels())
        .requireSame(source, data.train().classes());
    Preprocessing own = model.preprocessing();
    Shape input = student.input();
    if (!own.input().equals(input)) {
      throw new DataException(
          "teacher = %s: takes images of %s but the run's are of %s; %s"
              .formatted(
                  model.folder(),
                  own.input(),
                  input,
                  own.input().channels() == input.channels()
                          && own.input().height() == own.input().width()
                      ? "set size = %d, or take another teacher".formatted(own.input().height())
                      : "take another teacher"));
    }
    if (!sameMeans(own, student)
        && (own.pixelMean().isPresent() || student.pixelMean().isPresent())) {
      throw new DataException(
          ("teacher = %s: a mean of each pixel was subtracted from its images or is from the run's,"
                  + " and they differ; images that were moved cannot be normalised anew then: set"
                  + " normalisation = channel and take a teacher that was trained so")
              .formatted(model.folder()));
    }
  }

  /** Writes a copy beside the run, which must go on whatever becomes of the original. */
  static void write(SavedModel model, Path folder) throws IOException {
    String card = "# %s%n%nWhat the run around it learned from: %s%n";
    try (LiveNetwork live = model.live(Device.CPU, Precision.FP32)) {
      model.in(folder).write(live, card.formatted(model.network().name(), model.folder()));
    }
  }

  private static boolean sameMeans(Preprocessing one, Preprocessing other) {
    return one.pixelMean().equals(other.pixelMean())
        && one.std().equals(other.std())
        && (one.pixelMean().isPresent() || one.mean().equals(other.mean()));
  }

  /**
   * The logits of a batch.
   *
   * @param images (N, C, H, W), normalised for the one that learns
   * @return (N, classes), fp32, from which no gradient goes back; belongs to the caller's scope
   */
  Tensor logits(Tensor images) {
    long[] shape = {images.size(0), network.network().classes()};
    Tensor logits = Tensors.on(network.device(), torch.empty(shape));
    // In a scope of its own, so that its feature maps do not wait for the other's way back.
    try (PointerScope temporaries = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      Tensor own = renormalisation.map(affine -> affine.apply(images)).orElse(images);
      logits.copy_(network.forward(own));
    }
    return logits;
  }

  @Override
  public void close() {
    renormalisation.ifPresent(Affine::close);
    network.close();
  }

  /** x becomes scale * x + shift, each (1, C, 1, 1). */
  private record Affine(Tensor scale, Tensor shift) implements AutoCloseable {
    /** From (v - mean) / std of one to that of the other. */
    static Affine of(Preprocessing from, Preprocessing to, Device device) {
      int channels = from.input().channels();
      float[] scale = new float[channels];
      float[] shift = new float[channels];
      IntStream.range(0, channels)
          .forEach(
              c -> {
                scale[c] = (float) (from.std().get(c) / to.std().get(c));
                shift[c] = (float) ((from.mean().get(c) - to.mean().get(c)) / to.std().get(c));
              });
      return new Affine(onDevice(scale, device), onDevice(shift, device));
    }

    private static Tensor onDevice(float[] values, Device device) {
      try (PointerScope temporaries = new PointerScope()) {
        return Tensors.keep(Tensors.on(device, Tensors.of(values, 1, values.length, 1, 1)));
      }
    }

    Tensor apply(Tensor images) {
      return images.mul(scale).add(shift);
    }

    @Override
    public void close() {
      scale.close();
      shift.close();
    }
  }
}
