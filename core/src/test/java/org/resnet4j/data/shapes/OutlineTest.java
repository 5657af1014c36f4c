package org.resnet4j.data.shapes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OutlineTest {
  @ParameterizedTest
  @CsvSource({
    "2, 0, 1", // Beside a side.
    "0.5, 0, -0.5", // Inside.
    "4, 5, 5", // 3 right of and 4 below a corner.
    "-1, 0.3, 0" // On the border.
  })
  void a_polygon_knows_the_distance_to_its_border(double x, double y, double expected) {
    Outline square = Outline.polygon(-1, -1, 1, -1, 1, 1, -1, 1);

    assertThat(square.distance(x, y)).isCloseTo(expected, within(1e-12));
  }

  @Test
  void a_placed_outline_is_turned_then_grown_then_shifted() {
    // The box spans 4 x 2; a quarter turn and a factor of 3 make it 6 x 12, around (10, 20).
    Outline placed = Outline.box(2, 1).placed(10, 20, StrictMath.PI / 2, 3);

    assertThat(placed.distance(10, 27)).isCloseTo(1, within(1e-12));
    assertThat(placed.distance(15, 20)).isCloseTo(2, within(1e-12));
    assertThat(placed.distance(10, 20)).isCloseTo(-3, within(1e-12));
  }

  @Test
  void a_ring_has_a_hole() {
    Outline ring = Outline.disc(2).without(Outline.disc(1));

    assertThat(ring.distance(0, 0)).isEqualTo(1);
    assertThat(ring.distance(1.5, 0)).isEqualTo(-0.5);
    assertThat(ring.distance(0, 3)).isEqualTo(1);
  }

  @Test
  void a_union_holds_what_either_holds() {
    Outline pair = Outline.disc(1).moved(-3, 0).or(Outline.band(0.5).moved(0, 9));

    assertThat(pair.distance(-3, 0)).isEqualTo(-1);
    assertThat(pair.distance(50, 9)).isEqualTo(-0.5);
    assertThat(pair.distance(0, 0)).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void every_figure_is_its_own_mirror_image(Figure figure) {
    for (double y = -1.2; y <= 1.2; y += 0.07) {
      for (double x = 0.01; x <= 1.2; x += 0.07) {
        double right = figure.outline().distance(x, y);
        assertThat(figure.outline().distance(-x, y)).isCloseTo(right, within(1e-12));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void every_figure_about_fills_the_unit_circle(Figure figure) {
    double farthest = 0;
    for (double y = -1.5; y <= 1.5; y += 0.01) {
      for (double x = -1.5; x <= 1.5; x += 0.01) {
        if (figure.outline().distance(x, y) < 0) {
          farthest = Math.max(farthest, Math.sqrt(x * x + y * y));
        }
      }
    }

    assertThat(farthest).isBetween(0.8, 1.25);
  }
}
