package org.resnet4j.recipe;

import java.util.List;

/**
 * How a network is asked about an image that is not trained on.
 *
 * @param cropShare the share of the shorter side that the centre crop keeps, 224 / 256 = 0.875 in
 *     most papers; 1 for all of it
 * @param views the crops whose answers are averaged
 * @param viewAverage what is averaged
 * @param viewSizes shorter sides in pixels for {@link Views#MULTI_SCALE}, the paper's being [224,
 *     256, 384, 480, 640]; none otherwise
 */
public record Judging(double cropShare, Views views, Average viewAverage, List<Double> viewSizes) {

  /** The crops of an image. */
  public enum Views {
    /** The centre. */
    ONE,
    /** The centre, and mirrored. */
    FLIP,
    /** Four corners and the centre, and each mirrored; arXiv 1512.03385, section 3.4. */
    TEN_CROP,
    /**
     * All of the image at several sizes, each also mirrored, through the network as a convolution;
     * arXiv 1512.03385, section 3.4, after 1409.1556, section 3.2.
     */
    MULTI_SCALE
  }

  /** What of the views is averaged. */
  public enum Average {
    /** Softmax probabilities, as Krizhevsky et al. 2012, section 4.1 do. */
    PROBABILITIES,
    LOGITS
  }

  /** Throws {@link IllegalArgumentException} that lists every value out of its range. */
  public Judging {
    viewSizes = List.copyOf(viewSizes);
    new Problems()
        .check(
            cropShare > 0 && cropShare <= 1,
            "crop-share = %s: must be above 0 and at most 1",
            cropShare)
        .check(
            viewSizes.stream()
                .allMatch(side -> side >= 8 && side <= 4096 && side == Math.rint(side)),
            "view-sizes = %s: must be whole numbers of pixels from 8 to 4096",
            viewSizes)
        .check(
            views != Views.MULTI_SCALE || !viewSizes.isEmpty(),
            "views = multi-scale: needs view-sizes, such as [224, 256, 384, 480, 640]")
        .check(
            views == Views.MULTI_SCALE || viewSizes.isEmpty(),
            "view-sizes = %s: only multi-scale has them; set views = multi-scale, or leave []",
            viewSizes)
        .check(
            views != Views.ONE || viewAverage == Average.PROBABILITIES,
            "view-average = logits: there is one view; set views, or leave probabilities")
        .refuse();
  }

  /** The centre crop alone. */
  public static Judging centre() {
    return of(Views.ONE, Average.PROBABILITIES, List.of());
  }

  /**
   * Views by the words of a recipe.
   *
   * @throws IllegalArgumentException for other words, or if they do not go together
   */
  public static Judging named(String views, String average, List<Double> sizes) {
    return of(
        (Views) RecipeKeys.constant("views", views, Views.class),
        (Average) RecipeKeys.constant("view-average", average, Average.class),
        sizes);
  }

  /** The word of a recipe for the views. */
  public String named() {
    return RecipeKeys.word(views);
  }

  /** Views of a model whose crop is known. */
  public static Judging of(Views views, Average average, List<Double> sizes) {
    return new Judging(1, views, average, sizes);
  }
}
