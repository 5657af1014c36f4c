package org.resnet4j.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.PngEncoder;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.ReproducibleValues;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.train.SavedModel;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.ModelFolder;

/**
 * A model that nobody trained and images that have the class it gives them: it is always right, and
 * sure of it, so that no change can do it good.
 */
final class OwnLabels {
  private static final float SURE = 200;
  private final Network network;
  private final Set<String> silent;
  private final Path model;
  private final Path data;

  /**
   * Writes {@code model} and {@code data} into a folder.
   *
   * @param network of two classes
   * @param silent units whose branch gives nothing: the scale and shift of its last norm are 0
   */
  OwnLabels(Path folder, Network network, Set<String> silent, int train, int test)
      throws IOException {
    this.network = network;
    this.silent = silent;
    this.model = folder.resolve("model");
    this.data = folder.resolve("data");
    Dataset trainImages = Shapes.train(1, train);
    Dataset testImages = Shapes.test(1, test);
    write(0);
    List<Float> margins = new ArrayList<>(margins(trainImages));
    margins.addAll(margins(testImages));
    float[] sorted = new float[margins.size()];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = margins.get(i);
    }
    Arrays.sort(sorted);
    float middle = (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
    write(middle);
    write(trainImages, margins.subList(0, train), middle, data.resolve("train"));
    write(testImages, margins.subList(train, train + test), middle, data.resolve("val"));
  }

  String model() {
    return model.toString();
  }

  String data() {
    return data.toString();
  }

  /** By how much the first class is ahead of the second. */
  private List<Float> margins(Dataset images) {
    List<Float> margins = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      float[] logits = logits(model, images.image(i));
      margins.add(logits[0] - logits[1]);
    }
    return margins;
  }

  /** What the model in a folder says of an image, in fp32. */
  static float[] logits(Path folder, Image image) {
    SavedModel saved = SavedModel.open(folder);
    float[] pixels = new float[Math.toIntExact(saved.network().input().size())];
    saved.preprocessing().apply(image, pixels, 0);
    try (LiveNetwork live = saved.live(Device.CPU, Precision.FP32);
        PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      Tensor images = Tensors.of(pixels, 1, 32, 32, 3).permute(0, 3, 1, 2);
      return Tensors.floats(live.forward(images));
    }
  }

  private void write(float middle) throws IOException {
    List<TensorEntry> weights = new ArrayList<>();
    for (Parameter parameter : network.state()) {
      List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
      weights.add(
          parameter.role() == Role.BATCHES_TRACKED
              ? TensorEntry.ofLong(parameter.name(), 0)
              : TensorEntry.ofFloats(parameter.name(), shape, values(parameter, middle)));
    }
    List<Double> half = List.of(0.5, 0.5, 0.5);
    List<Double> quarter = List.of(0.25, 0.25, 0.25);
    ModelConfig config =
        new ModelConfig(network, List.of("left", "right"), 32, "bilinear", half, quarter);
    ModelFolder.write(model, config, weights, "");
  }

  private float[] values(Parameter parameter, float middle) {
    float[] values = ReproducibleValues.fill(parameter);
    String name = parameter.name();
    if (silent.stream().anyMatch(unit -> name.matches(unit + "\\.bn2\\.(weight|bias)"))) {
      return new float[values.length];
    }
    if (name.equals("fc.bias")) {
      return new float[] {0, middle};
    }
    if (name.equals("fc.weight")) {
      for (int i = 0; i < values.length; i++) {
        values[i] *= SURE;
      }
    }
    return values;
  }

  private static void write(Dataset images, List<Float> margins, float middle, Path folder)
      throws IOException {
    for (int i = 0; i < images.size(); i++) {
      String label = margins.get(i) > middle ? "left" : "right";
      Path parent = Files.createDirectories(folder.resolve(label));
      Files.write(parent.resolve(i + ".png"), PngEncoder.encode(images.image(i)));
    }
  }
}
