package org.resnet4j.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VariationTest {
  private static Recipe recipe(String... changes) {
    Map<String, String> overrides = new HashMap<>();
    for (String change : changes) {
      String[] parts = change.split("=");
      overrides.put(parts[0], parts[1]);
    }
    return RecipeFile.load("shapes", overrides);
  }

  @Test
  void is_off_where_a_recipe_says_nothing() {
    Variation off = RecipeFile.load("cifar-paper", Map.of()).variation();
    assertThat(off)
        .isEqualTo(
            new Variation(
                Variation.Cut.PAD_CROP_FLIP,
                0.08,
                Variation.Kernel.BILINEAR,
                Variation.Normalisation.PIXEL_MEAN,
                Variation.Policy.NONE,
                2,
                9,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                Variation.Fill.MEAN,
                0,
                1,
                List.of()));
    assertThat(RecipeFile.load("cifar-paper", Map.of()).judging()).isEqualTo(Judging.centre());
  }

  @Test
  void reads_the_recipes_people_know() {
    Variation a1 =
        recipe(
                "augmentation=random-resized-crop",
                "interpolation=bicubic",
                "auto-augment=rand-augment-timm",
                "rand-magnitude=7",
                "rand-deviation=0.5",
                "repeats=3")
            .variation();
    assertThat(a1.autoAugment()).isEqualTo(Variation.Policy.RAND_AUGMENT_TIMM);
    assertThat(a1.randMagnitude()).isEqualTo(7);
    assertThat(a1.randDeviation()).isEqualTo(0.5);
    assertThat(a1.repeats()).isEqualTo(3);
    Recipe sizes = recipe("train-sizes=[128, 160]", "views=multi-scale", "view-sizes=[32, 48]");
    assertThat(sizes.variation().trainSizes()).containsExactly(128.0, 160.0);
    assertThat(sizes.judging().viewSizes()).containsExactly(32.0, 48.0);
    assertThat(RecipeFile.with(sizes, Map.of("seed", "0"))).isEqualTo(sizes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "augmentation=random-resized-crop min-scale=0 | min-scale = 0.0: must be above 0",
        "augmentation=random-resized-crop min-scale=1.1 | min-scale = 1.1: must be above 0",
        "min-scale=0.3 | only random-resized-crop has it; set augmentation, or leave 0.08",
        "auto-augment=rand-augment rand-operations=0 | rand-operations = 0: must be from 1 to 14",
        "auto-augment=rand-augment rand-magnitude=31 | rand-magnitude = 31: must be from 0 to 30",
        "auto-augment=rand-augment-timm rand-magnitude=11 | must be from 0 to 10 with rand-augment-t",
        "auto-augment=rand-augment-timm rand-deviation=-1 | rand-deviation = -1.0: must be from 0",
        "auto-augment=rand-augment-timm rand-deviation=NaN | rand-deviation = NaN: must be from 0",
        "auto-augment=rand-augment rand-deviation=0.5 | only rand-augment-timm has it; set auto-aug",
        "rand-magnitude=7 | only rand-augment and rand-augment-timm have them; set auto-augment",
        "brightness=-1 | brightness = -1.0: must be from 0",
        "contrast=100 | contrast = 100.0: must be from 0",
        "saturation=NaN | saturation = NaN: must be from 0",
        "hue=0.6 | hue = 0.6: must be from 0 to 0.5",
        "lighting=-0.1 | lighting = -0.1: must be from 0",
        "erasing=1.5 | erasing = 1.5: must be from 0 to 1",
        "erasing-fill=noise | nothing is erased; set erasing above 0",
        "cutout=-1 | cutout = -1: must be from 0",
        "cutout=8 erasing=0.5 | both wipe out a place; set one of them to 0",
        "repeats=0 | repeats = 0: must be from 1 to 64",
        "augmentation=none repeats=2 | nothing varies the repetitions; set augmentation",
        "train-sizes=[24.5] | train-sizes = [24.5]: must be whole numbers of pixels",
        "train-sizes=[4] | train-sizes = [4.0]: must be whole numbers of pixels",
        "normalisation=pixel-mean train-sizes=[24] | set normalisation = channel",
        "crop-share=0 | crop-share = 0.0: must be above 0",
        "view-sizes=[32] | only multi-scale has them; set views = multi-scale, or leave []",
        "views=multi-scale | needs view-sizes, such as [224, 256, 384, 480, 640]",
        "views=multi-scale view-sizes=[7] | view-sizes = [7.0]: must be whole numbers of pixels",
        "views=multi-scale view-sizes=[32] normalisation=pixel-mean | a mean per pixel has one size",
        "view-average=logits | there is one view; set views, or leave probabilities",
        "views=two | views = two: must be one, flip, ten-crop, multi-scale",
      })
  void refuses_what_makes_no_sense_and_names_the_way_out(String changes, String message) {
    assertThatThrownBy(() -> recipe(changes.split(" ")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
