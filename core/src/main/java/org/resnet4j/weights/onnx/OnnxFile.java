package org.resnet4j.weights.onnx;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;
import org.resnet4j.weights.AtomicFile;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.Quantization;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A model as one ONNX file: opset 17, fp32 or 8 bits, any batch size, weights inside.
 *
 * <p>The input {@code input} is (N, C, H, W), normalised; the output {@code logits} is (N,
 * classes). The file's metadata say how an image becomes an input: {@code resize} the shorter side
 * to so many pixels with {@code interpolation}, cut {@code crop_size} (height, width) from the
 * centre, divide by 255, take {@code mean} from each channel and divide by {@code std}. Also there:
 * {@code labels} in the order of the logits, {@code architecture}, {@code batch_norm} ({@code
 * folded} or {@code kept}), {@code precision} ({@code fp32} or {@code int8}; then also {@code
 * calibration_method} and {@code calibration_images}) and {@code library_version}; lists are in
 * JSON.
 */
public final class OnnxFile {
  private static final String LIBRARY = "resnet4j";
  private static final String MAVEN = "/META-INF/maven/org.resnet4j/resnet4j-core/pom.properties";
  private static final int FORMAT = 8; // The version of ONNX's format that came with opset 17.
  private static final int OPSET = 17;
  private static final int BUFFER = 1 << 16;

  private OnnxFile() {}

  /** In what form a network is written. */
  public sealed interface Form permits BatchNorm, Quantized {}

  /** In 8 bits as far as there are scales, batch norms folded. */
  public record Quantized(Quantization quantization) implements Form {}

  /** In fp32; what becomes of batch norm. */
  public enum BatchNorm implements Form {
    /** Part of the convolution before it, where there is one. */
    FOLDED,
    /** An operator of its own, as the network was trained. */
    KEPT
  }

  /**
   * Writes a file through {@link AtomicFile}, one tensor at a time.
   *
   * @param weights the values of each tensor of {@link Network#state}
   * @param pixelMean the image that is taken from each image in place of the mean, C x H x W
   *     values, or none; the graph then takes it, and the metadata say that the mean is 0
   * @throws IllegalArgumentException if the model is too large for the format, a tensor has not the
   *     values that the network needs, or the quantisation is about another network
   * @throws IOException if the file cannot be written; it is then as it was
   */
  public static void write(
      Path file,
      ModelConfig config,
      Function<Parameter, float[]> weights,
      float[] pixelMean,
      Form form)
      throws IOException {
    Network network = config.network();
    if (form instanceof Quantized quantized) {
      quantized.quantization().requireFits(network);
    }
    float[] shift = shift(pixelMean, network.input(), config.std());
    Graph graph = NetworkGraph.of(network, weights, form, shift);
    Message head =
        new Message()
            .integer(1, FORMAT)
            .text(2, LIBRARY)
            .text(3, version())
            .text(6, network.name() + ", written by " + LIBRARY)
            .opening(7, graph.size());
    Message tail = new Message().part(8, new Message().text(1, "").integer(2, OPSET));
    metadata(config, pixelMean.length > 0, form)
        .forEach((key, value) -> tail.part(14, new Message().text(1, key).text(2, value)));
    requireRoom(network, head.size() + graph.size() + tail.size());
    AtomicFile.write(
        file,
        channel -> {
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
          head.writeTo(out);
          graph.writeTo(out);
          tail.writeTo(out);
          out.flush();
        });
  }

  private static void requireRoom(Network network, long bytes) {
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%s: %,d bytes as ONNX, but its format ends at %,d; export it as safetensors"
              .formatted(network.name(), bytes, Integer.MAX_VALUE));
    }
  }

  /** What an image of means is once it is divided as the input is. */
  private static float[] shift(float[] pixelMean, Shape input, List<Double> std) {
    float[] shift = new float[pixelMean.length];
    int positions = Math.toIntExact(input.positions());
    for (int i = 0; i < shift.length; i++) {
      shift[i] = (float) (pixelMean[i] / std.get(i / positions));
    }
    return shift;
  }

  private static Map<String, String> metadata(ModelConfig config, boolean pixelMean, Form form) {
    Network network = config.network();
    Shape input = network.input();
    List<Double> mean = pixelMean ? Collections.nCopies(input.channels(), 0.0) : config.mean();
    ArrayNode labels = JsonNodeFactory.instance.arrayNode();
    config.labels().forEach(labels::add);
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("architecture", network.name());
    metadata.put("labels", labels.toString());
    metadata.put("resize", Integer.toString(config.resize()));
    metadata.put("interpolation", config.interpolation());
    metadata.put("crop_size", List.of(input.height(), input.width()).toString());
    metadata.put("mean", mean.toString());
    metadata.put("std", config.std().toString());
    metadata.put("batch_norm", form == BatchNorm.KEPT ? "kept" : "folded");
    if (form instanceof Quantized quantized) {
      Quantization quantization = quantized.quantization();
      metadata.put("precision", "int8");
      metadata.put("calibration_method", quantization.method());
      metadata.put("calibration_images", Integer.toString(quantization.images()));
    } else {
      metadata.put("precision", "fp32");
    }
    metadata.put("library_version", LIBRARY + " " + version());
    return metadata;
  }

  /** As the jar says it. */
  private static String version() {
    try (InputStream stream = OnnxFile.class.getResourceAsStream(MAVEN)) {
      Properties properties = new Properties();
      if (stream != null) {
        properties.load(stream);
      }
      return properties.getProperty("version", "(not packaged)");
    } catch (IOException e) {
      return "(unknown)";
    }
  }
}
