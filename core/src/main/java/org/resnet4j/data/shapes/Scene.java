package org.resnet4j.data.shapes;

import java.util.ArrayList;
import java.util.List;

/**
 * A picture to be drawn: layers of colour, the front one first, and grain.
 *
 * @param ground what shows where no layer lies
 * @param grain standard deviation of the noise, in steps of 8 bits
 */
record Scene(List<Layer> layers, Fill ground, double grain) {
  static final int SIDE = 32;

  /** Points per pixel and axis; a pixel is the mean of their colours. */
  private static final int SAMPLES = 2;

  /** A region and what covers it. */
  record Layer(Outline outline, Fill fill) {}

  /** A figure anywhere near the middle, often behind something. */
  static Scene random(Figure figure, Draws draws) {
    // Figure and ground differ in lightness and in nothing else that is sure.
    boolean dark = draws.chance(0.2);
    Fill ink = dark ? Fill.random(draws, 0.05, 0.35) : Fill.random(draws, 0.6, 0.95);
    Fill ground = dark ? Fill.random(draws, 0.6, 0.95) : Fill.random(draws, 0.05, 0.35);
    double size = draws.between(8.5, 12.5);
    double reach = 0.8 * (SIDE / 2.0 - 0.85 * size);
    double x = SIDE / 2.0 + draws.between(-reach, reach);
    double y = SIDE / 2.0 + draws.between(-reach, reach);
    List<Layer> layers = new ArrayList<>();
    if (draws.chance(0.4)) {
      layers.add(obstacle(draws, x, y, size));
    }
    layers.add(new Layer(figure.outline().placed(x, y, draws.between(-0.6, 0.6), size), ink));
    return new Scene(List.copyOf(layers), ground, draws.between(2, 12));
  }

  /** A strip or a spot over some of a figure. */
  private static Layer obstacle(Draws draws, double x, double y, double size) {
    Outline outline =
        draws.chance(0.5) ? Outline.band(draws.between(1, 2)) : Outline.disc(draws.between(2, 4));
    double away = 0.6 * size;
    return new Layer(
        outline.placed(
            x + draws.between(-away, away),
            y + draws.between(-away, away),
            draws.between(-StrictMath.PI, StrictMath.PI),
            1),
        Fill.random(draws, 0.05, 0.95));
  }

  /** Draws it as rows of red, green and blue, 8 bits each. */
  byte[] paint(Draws draws) {
    byte[] pixels = new byte[SIDE * SIDE * 3];
    int next = 0;
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        Colour colour = pixel(x, y);
        pixels[next++] = grained(colour.red(), draws);
        pixels[next++] = grained(colour.green(), draws);
        pixels[next++] = grained(colour.blue(), draws);
      }
    }
    return pixels;
  }

  private Colour pixel(int x, int y) {
    Colour sum = new Colour(0, 0, 0);
    for (int row = 0; row < SAMPLES; row++) {
      for (int column = 0; column < SAMPLES; column++) {
        sum = sum.plus(at(x + (column + 0.5) / SAMPLES, y + (row + 0.5) / SAMPLES));
      }
    }
    return new Colour(0, 0, 0).towards(sum, 1.0 / (SAMPLES * SAMPLES));
  }

  private Colour at(double x, double y) {
    for (Layer layer : layers) {
      if (layer.outline().distance(x, y) < 0) {
        return layer.fill().at(x, y);
      }
    }
    return ground.at(x, y);
  }

  private byte grained(double value, Draws draws) {
    double grained = 255 * value + grain * draws.noise();
    return (byte) Math.round(Math.max(0, Math.min(255, grained)));
  }
}
