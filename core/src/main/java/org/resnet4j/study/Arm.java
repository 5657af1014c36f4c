package org.resnet4j.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A kind of network of which a study trains one of each depth.
 *
 * <p>Depths are those of the paper's networks of 6n + 2 layers; a bottleneck network has the same n
 * and 9n + 2 layers.
 */
public enum Arm {
  PLAIN("plain", true, "-plain"),
  RESIDUAL("residual", false, ""),
  /** Projections where the shape changes; arXiv 1512.03385, section 4.1, table 3. */
  SHORTCUT_B("residual, shortcut B", false, "-b"),
  /** Projections everywhere. */
  SHORTCUT_C("residual, shortcut C", false, "-c"),
  /** Footnote 4: plain networks of bottlenecks degrade too. */
  PLAIN_BOTTLENECK("plain bottleneck", true, "-bottleneck-plain"),
  BOTTLENECK("bottleneck", false, "-bottleneck"),
  /** Footnote 3: three times the iterations do not cure it. */
  PLAIN_LONGER("plain, 3 x iterations", true, "-plain"),
  PLAIN_NO_NORM("plain without batch norm", true, "-no-norm-plain"),
  NO_NORM("residual without batch norm", false, "-no-norm"),
  PLAIN_PRE_ACTIVATION("plain pre-activation", true, "-plain"),
  /** arXiv 1603.05027. */
  PRE_ACTIVATION("pre-activation", false, "");

  private static final int PAPER_WIDTH = 16;

  /** Depths that mean an ImageNet network unless a name says otherwise. */
  private static final Set<Integer> IMAGENET_DEPTHS = Set.of(18, 34, 50, 101, 152);

  private static final Map<String, List<Arm>> REQUESTS = requests();

  private final String title;
  private final boolean plain;
  private final String suffix;

  Arm(String title, boolean plain, String suffix) {
    this.title = title;
    this.plain = plain;
    this.suffix = suffix;
  }

  private static Map<String, List<Arm>> requests() {
    Map<String, List<Arm>> requests = new LinkedHashMap<>();
    requests.put("b", List.of(SHORTCUT_B));
    requests.put("c", List.of(SHORTCUT_C));
    requests.put("bottleneck", List.of(PLAIN_BOTTLENECK, BOTTLENECK));
    requests.put("longer", List.of(PLAIN_LONGER));
    requests.put("no-norm", List.of(PLAIN_NO_NORM, NO_NORM));
    requests.put("pre-activation", List.of(PLAIN_PRE_ACTIVATION, PRE_ACTIVATION));
    return requests;
  }

  /**
   * The two main arms and those that are asked for.
   *
   * @param words of {@code b, c, bottleneck, longer, no-norm, pre-activation}
   * @throws IllegalArgumentException for another word
   */
  public static List<Arm> asked(List<String> words) {
    List<Arm> arms = new ArrayList<>(List.of(PLAIN, RESIDUAL));
    for (String word : words) {
      List<Arm> asked = REQUESTS.get(word);
      if (asked == null) {
        throw new IllegalArgumentException(
            "arm \"%s\": there is none; there are %s"
                .formatted(word, String.join(", ", REQUESTS.keySet())));
      }
      arms.addAll(asked);
    }
    return arms.stream().distinct().toList();
  }

  /** For people. */
  public String title() {
    return title;
  }

  /** Whether its networks have no shortcuts. */
  public boolean plain() {
    return plain;
  }

  /** What names it in files: {@code plain-longer}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * What a recipe has for these networks alone: without norm, sums of He's branches would double
   * the variance with each block, so they start as their shortcuts.
   */
  Map<String, String> settings() {
    return this == NO_NORM ? Map.of("zero-branch", "true") : Map.of();
  }

  /** How many times the iterations of the others it trains. */
  int iterations() {
    return this == PLAIN_LONGER ? 3 : 1;
  }

  /**
   * The catalogue's name of the network of that depth.
   *
   * @param depth 6n + 2
   * @param width channels of the stem; 16 in the paper
   */
  String network(int depth, int width) {
    boolean preActivation = this == PRE_ACTIVATION || this == PLAIN_PRE_ACTIVATION;
    boolean bottleneck = this == BOTTLENECK || this == PLAIN_BOTTLENECK;
    int blocks = (depth - 2) / 6;
    int layers = bottleneck ? 9 * blocks + 2 : depth;
    String family = IMAGENET_DEPTHS.contains(layers) ? "-cifar" : "";
    String channels = width == PAPER_WIDTH ? "" : "-width" + width;
    return (preActivation ? "resnetv2_" : "resnet") + layers + family + channels + suffix;
  }
}
