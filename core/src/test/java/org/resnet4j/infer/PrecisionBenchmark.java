package org.resnet4j.infer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.image.ImageDecoder;
import org.resnet4j.data.image.Interpolation;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/**
 * Prints, for networks of the catalogue, how far bf16 and int8 are from fp32 on photographs: the
 * length of the difference of the logits by that of the logits, the mean over photographs.
 *
 * <p>Networks have He's initialisation of seed 0, and batch norms the statistics of other
 * photographs, since trained weights are not to be had for all.
 */
final class PrecisionBenchmark {
  private static final int STATISTICS = 4;
  private static final int PASSES = 30;
  private static final int CALIBRATION = 16;
  private static final int JUDGED = 8;

  private PrecisionBenchmark() {}

  /** Arguments: a folder of photographs, then names of networks, or none for all. */
  public static void main(String[] arguments) throws IOException {
    Engine.start();
    List<Path> files;
    try (Stream<Path> inside = Files.list(Path.of(arguments[0]))) {
      files = inside.filter(file -> file.toString().matches("(?i).*\\.jpe?g")).sorted().toList();
    }
    List<Network> networks =
        arguments.length > 1
            ? Stream.of(arguments).skip(1).map(Catalogue::network).toList()
            : Catalogue.entries().stream().map(Catalogue.Entry::network).toList();
    System.out.println("| network | bf16 | int8 |");
    System.out.println("|---|---|---|");
    for (Network network : networks) {
      judge(network, files);
    }
  }

  private static void judge(Network network, List<Path> files) {
    List<float[]> photos = photos(network.input(), files);
    List<float[]> statistics = photos.subList(0, STATISTICS);
    List<float[]> calibration = photos.subList(STATISTICS, STATISTICS + CALIBRATION);
    List<float[]> judged = photos.subList(photos.size() - JUDGED, photos.size());
    Map<String, float[]> weights = weights(network, statistics);
    try (Compiler floats = new Compiler(network, weights::get, Precision.FP32, null);
        Compiler half = new Compiler(network, weights::get, Precision.BF16, null);
        Compiler integers =
            new Compiler(
                network,
                weights::get,
                Precision.BF16,
                new Calibration(network, floats, calibration)
                    .quantization(Calibration.Method.PERCENTILE, Set.of()))) {
      List<float[]> expected = logits(floats, judged);
      System.out.printf(
          Locale.ROOT,
          "| %s | %.4f | %.4f |%n",
          network.name(),
          error(logits(half, judged), expected),
          error(logits(integers, judged), expected));
    }
  }

  private static List<float[]> photos(Shape input, List<Path> files) {
    ImageDecoder decoder = new ImageDecoder(input.channels());
    Preprocessing preprocessing =
        new Preprocessing(
            input,
            input.height() * 8 / 7,
            Interpolation.BILINEAR,
            List.of(0.485, 0.456, 0.406),
            List.of(0.229, 0.224, 0.225));
    List<float[]> photos = new ArrayList<>();
    for (int i = 0; i < STATISTICS + CALIBRATION + JUDGED; i++) {
      float[] pixels = new float[Math.toIntExact(input.size())];
      preprocessing.apply(decoder.decode(files.get(i * 4)), pixels, 0);
      photos.add(pixels);
    }
    return photos;
  }

  private static Map<String, float[]> weights(Network network, List<float[]> photos) {
    Shape shape = network.input();
    float[] pixels = new float[photos.size() * photos.get(0).length];
    for (int i = 0; i < photos.size(); i++) {
      System.arraycopy(photos.get(i), 0, pixels, i * photos.get(i).length, photos.get(i).length);
    }
    Map<String, float[]> weights = new HashMap<>();
    try (LiveNetwork live = LiveNetwork.initialised(network, 0, false, Device.CPU, Precision.FP32);
        PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      Tensor images =
          Tensors.of(pixels, photos.size(), shape.height(), shape.width(), shape.channels())
              .permute(0, 3, 1, 2);
      for (int pass = 0; pass < PASSES; pass++) {
        try (PointerScope temporaries = new PointerScope()) {
          live.forward(images);
        }
      }
      Function<Tensor, float[]> values = Tensors::floats;
      live.state().forEach((name, tensor) -> weights.put(name, values.apply(tensor)));
    }
    return weights;
  }

  private static List<float[]> logits(Compiler compiler, List<float[]> images) {
    try (Plan plan = compiler.plan(1)) {
      return images.stream().map(image -> PlanTest.logits(plan, image)).toList();
    }
  }

  private static double error(List<float[]> actual, List<float[]> expected) {
    double sum = 0;
    for (int i = 0; i < expected.size(); i++) {
      double difference = 0;
      double length = 0;
      for (int c = 0; c < expected.get(i).length; c++) {
        difference += Math.pow((double) actual.get(i)[c] - expected.get(i)[c], 2);
        length += Math.pow(expected.get(i)[c], 2);
      }
      sum += Math.sqrt(difference / length);
    }
    return sum / expected.size();
  }
}
