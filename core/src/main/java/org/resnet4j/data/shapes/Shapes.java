package org.resnet4j.data.shapes;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;

/**
 * The built-in data set: figures drawn by the program itself, 32x32 in colour, in ten classes.
 *
 * <p>Place, size, tilt, colours and patterns vary; four in ten figures lie behind a strip or a
 * spot; all are grainy. The same seed gives the same bytes on every machine. Image {@code i}
 * depends on the seed and {@code i} alone, and has the label {@code i % 10}, so the classes of any
 * first n images are balanced.
 */
public final class Shapes implements Dataset {
  private static final Shape SHAPE = new Shape(3, Scene.SIDE, Scene.SIDE);
  private static final Figure[] FIGURES = Figure.values();
  private static final List<String> CLASSES =
      Arrays.stream(FIGURES).map(figure -> figure.name().toLowerCase(Locale.ROOT)).toList();

  private final String name;
  private final List<Image> images;

  private Shapes(String name, long firstSeed, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("shapes: count = %d: must be at least 1".formatted(count));
    }
    this.name = name;
    this.images =
        IntStream.range(0, count)
            .parallel()
            .mapToObj(i -> draw(FIGURES[i % FIGURES.length], firstSeed + i))
            .toList();
  }

  /** The 5 000 images to train on. */
  public static Shapes train(long seed) {
    return train(seed, 5_000);
  }

  /**
   * The first images to train on.
   *
   * @param count at least 1
   */
  public static Shapes train(long seed, int count) {
    return new Shapes("shapes/train", new Draws(seed).next(), count);
  }

  /** The 1 000 images to test on, none of them in {@link #train}. */
  public static Shapes test(long seed) {
    return test(seed, 1_000);
  }

  /**
   * The first images to test on.
   *
   * @param count at least 1
   */
  public static Shapes test(long seed, int count) {
    Draws draws = new Draws(seed);
    draws.next(); // The first value leads to the images to train on.
    return new Shapes("shapes/test", draws.next(), count);
  }

  private static Image draw(Figure figure, long seed) {
    Draws draws = new Draws(seed);
    return new Image(SHAPE, Scene.random(figure, draws).paint(draws));
  }

  @Override
  public int size() {
    return images.size();
  }

  @Override
  public int label(int index) {
    return Objects.checkIndex(index, size()) % FIGURES.length;
  }

  @Override
  public Image image(int index) {
    return images.get(index);
  }

  @Override
  public List<String> classes() {
    return CLASSES;
  }

  @Override
  public String describe(int index) {
    return name + "/" + CLASSES.get(label(index)) + "/" + index;
  }
}
