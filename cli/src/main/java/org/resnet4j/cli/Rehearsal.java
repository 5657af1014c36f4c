package org.resnet4j.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import javax.imageio.ImageIO;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.ModelFolder;

/**
 * Classifies an image of its own with a small model of its own, for the launcher: so the JVM sees
 * the classes that a prediction takes, and archives them for the starts to come.
 */
final class Rehearsal {
  private static final int SIDE = 64;

  private Rehearsal() {}

  /** Leaves its files in the folder that it is given. */
  public static void main(String... arguments) throws IOException {
    Path model = Path.of(arguments[0], "model");
    Path image = Path.of(arguments[0], "image.jpg");
    writeModel(model);
    BufferedImage black = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    ImageIO.write(black, "jpg", image.toFile());
    Main.main("predict", model.toString(), image.toString(), "--precision", "fp32");
  }

  private static void writeModel(Path folder) throws IOException {
    Network network = Catalogue.network("resnet8");
    int channels = network.input().channels();
    ModelConfig config =
        new ModelConfig(
            network,
            Collections.nCopies(network.classes(), "class"),
            network.input().height(),
            "bilinear",
            Collections.nCopies(channels, 0.5),
            Collections.nCopies(channels, 0.5));
    List<TensorEntry> weights = network.state().stream().map(Rehearsal::zeros).toList();
    ModelFolder.write(folder, config, weights, "");
  }

  private static TensorEntry zeros(Parameter parameter) {
    if (parameter.role() == Parameter.Role.BATCHES_TRACKED) {
      return TensorEntry.ofLong(parameter.name(), 0);
    }
    List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
    float[] values = new float[Math.toIntExact(parameter.size())];
    return TensorEntry.ofFloats(parameter.name(), shape, values);
  }
}
