package org.resnet4j.data.batch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.ImageDecoder;
import org.resnet4j.data.image.Interpolation;

/**
 * Prints what a photograph costs on its way into a network, on one thread: milliseconds an image.
 *
 * <p>The argument is a folder of JPEG files. {@code benchmark.py} among the images of the tests'
 * resources prints the same of Pillow; run both with {@code taskset -c 0}. After the warm-up the
 * JVM's compiler has nothing left to do on that core.
 */
final class ImageBenchmark {
  private static final int WARM_UP = 40;
  private static final int ROUNDS = 15;

  private static final Preprocessing PREPROCESSING =
      new Preprocessing(
          new Shape(3, 224, 224),
          256,
          Interpolation.BILINEAR,
          List.of(0.485, 0.456, 0.406),
          List.of(0.229, 0.224, 0.225));

  private static final ImageDecoder DECODER = new ImageDecoder(3);
  private static final FloatBuffer TARGET =
      ByteBuffer.allocateDirect(4 * 3 * 224 * 224).order(ByteOrder.nativeOrder()).asFloatBuffer();

  private ImageBenchmark() {}

  /** One part of the work, on the image of a number. */
  private interface Part {
    int run(int image);
  }

  public static void main(String[] arguments) throws IOException {
    List<byte[]> files = new ArrayList<>();
    try (Stream<Path> folder = Files.list(Path.of(arguments[0]))) {
      for (Path file : folder.sorted().toList()) {
        files.add(Files.readAllBytes(file));
      }
    }
    List<Image> decoded = files.stream().map(ImageBenchmark::decode).toList();
    List<Image> cropped = decoded.stream().map(PREPROCESSING::fit).toList();
    int count = files.size();
    print("decode", count, i -> decode(files.get(i)).pixels()[0]);
    print("resize, crop", count, i -> PREPROCESSING.fit(decoded.get(i)).pixels()[0]);
    print("normalise", count, i -> normalise(cropped.get(i)));
    print("decode, resize, crop", count, i -> fitted(files.get(i)).pixels()[0]);
    print("all", count, i -> normalise(fitted(files.get(i))));
  }

  private static Image decode(byte[] file) {
    return DECODER.decode(file, "x");
  }

  private static Image fitted(byte[] file) {
    return DECODER.decode(file, "x", PREPROCESSING.crop());
  }

  private static int normalise(Image cropped) {
    PREPROCESSING.normalise(cropped, TARGET, 0);
    return (int) TARGET.get(0);
  }

  private static void print(String name, int images, Part part) {
    double[] millis = new double[ROUNDS];
    int sum = 0;
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < images; i++) {
        sum += part.run(i);
      }
      if (round >= 0) {
        millis[round] = (System.nanoTime() - start) / 1e6 / images;
      }
    }
    Arrays.sort(millis);
    System.out.printf(
        Locale.ROOT,
        "%-22s median %.3f ms (%.3f to %.3f), %d images, checksum %d%n",
        name,
        millis[ROUNDS / 2],
        millis[0],
        millis[ROUNDS - 1],
        images,
        sum);
  }
}
