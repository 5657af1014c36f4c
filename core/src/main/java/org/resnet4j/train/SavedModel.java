package org.resnet4j.train;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.ClassNames;
import org.resnet4j.data.DataException;
import org.resnet4j.data.batch.PixelMean;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.image.Interpolation;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.WeightsException;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.ModelFolder;
import org.resnet4j.weights.model.ModelWeights;

/**
 * A model folder opened: the network, its classes, its preprocessing, and where its weights are.
 *
 * @param labels the names of the classes, in the order of the logits
 */
public record SavedModel(
    Path folder, Network network, List<String> labels, Preprocessing preprocessing) {

  /**
   * Opens a model folder, or a run folder that has one.
   *
   * @throws WeightsException if it is not a model
   */
  public static SavedModel open(Path path) {
    Path inside = path.resolve("model");
    Path folder = Files.isDirectory(inside) ? inside : path;
    ModelConfig config = ModelFolder.readConfig(folder);
    Shape input = config.network().input();
    PixelMean pixelMean =
        ModelFolder.readPixelMean(folder)
            .map(values -> new PixelMean(Layout.channelsLast(values, input)))
            .orElse(PixelMean.NONE);
    try {
      Preprocessing preprocessing =
          new Preprocessing(
              config.network().input(),
              config.resize(),
              Interpolation.valueOf(config.interpolation().toUpperCase(Locale.ROOT)),
              config.mean(),
              config.std(),
              pixelMean);
      return new SavedModel(folder, config.network(), config.labels(), preprocessing);
    } catch (IllegalArgumentException e) {
      throw new WeightsException(folder, String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * The network with its weights, in evaluation mode; the caller closes it.
   *
   * @throws WeightsException if the weights are not the network's
   */
  public LiveNetwork live(Device device, Precision precision) {
    try (ModelWeights weights = ModelWeights.open(folder, network)) {
      return LiveNetwork.of(network, new Source(weights), device, precision);
    }
  }

  /** Whether data with these classes can be judged by the model: its own, or numbers as many. */
  public boolean knows(List<String> classes) {
    try {
      new ClassNames("the model " + folder, labels).requireSame("the data", classes);
      return true;
    } catch (DataException e) {
      return false;
    }
  }

  /**
   * The model's preprocessing for images of another size: the same values, as its weights know
   * them, with a mean for each channel where there was one for each pixel.
   */
  Preprocessing preprocessingFor(Shape input) {
    Shape before = network.input();
    int side = Math.min(input.height(), input.width());
    double margin = (double) preprocessing.resize() / Math.min(before.height(), before.width());
    return new Preprocessing(
        input,
        Math.toIntExact(Math.round(side * margin)),
        preprocessing.interpolation(),
        preprocessing.pixelMean().isPresent() ? channelMeans(before) : preprocessing.mean(),
        preprocessing.std());
  }

  private List<Double> channelMeans(Shape shape) {
    double[] sums = new double[shape.channels()];
    float[] values = preprocessing.pixelMean().values();
    for (int i = 0; i < values.length; i++) {
      sums[i % sums.length] += values[i];
    }
    return Arrays.stream(sums).map(sum -> sum / shape.positions()).boxed().toList();
  }

  private record Source(ModelWeights weights) implements LiveNetwork.Source {
    @Override
    public void read(Parameter parameter, FloatBuffer values) {
      weights.read(parameter.name(), values);
    }

    @Override
    public long count(Parameter parameter) {
      return weights.scalar(parameter.name());
    }
  }

  /** The same model in another folder, where it may not be yet. */
  public SavedModel in(Path other) {
    return new SavedModel(other, network, labels, preprocessing);
  }

  /** The same classes and preprocessing around another network. */
  public SavedModel as(Network other) {
    return new SavedModel(folder, other, labels, preprocessing);
  }

  /**
   * Writes the folder: config, weights, card.
   *
   * @param live the network with its weights
   * @param card what people should know, Markdown
   * @throws IOException if it cannot be written
   */
  public void write(LiveNetwork live, String card) throws IOException {
    write(TensorEntries.of("", live.state()), card);
  }

  /** The same with copies of the weights. */
  void write(List<TensorEntry> weights, String card) throws IOException {
    ModelConfig config =
        new ModelConfig(
            network,
            labels,
            preprocessing.resize(),
            preprocessing.interpolation().name().toLowerCase(Locale.ROOT),
            preprocessing.mean(),
            preprocessing.std());
    PixelMean mean = preprocessing.pixelMean();
    if (mean.isPresent()) {
      float[] image = Layout.channelsFirst(mean.values(), network.input());
      ModelFolder.write(folder, config, weights, card, image);
    } else {
      ModelFolder.write(folder, config, weights, card);
    }
  }

  /** Pixels of data are (H, W, C) and those of model folders (C, H, W). */
  private static final class Layout {
    private Layout() {}

    static float[] channelsFirst(float[] pixels, Shape shape) {
      return transposed(pixels, (int) shape.positions(), shape.channels());
    }

    static float[] channelsLast(float[] pixels, Shape shape) {
      return transposed(pixels, shape.channels(), (int) shape.positions());
    }

    private static float[] transposed(float[] values, int rows, int columns) {
      float[] result = new float[values.length];
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          result[column * rows + row] = values[row * columns + column];
        }
      }
      return result;
    }
  }
}
