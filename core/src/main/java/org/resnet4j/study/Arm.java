package org.resnet4j.study;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A kind of network of which a study trains one of each depth.
 *
 * <p>Depths are those of the paper's networks of 6n + 2 layers; a bottleneck network has the same n
 * and 9n + 2 layers.
 */
public enum Arm {
  PLAIN("plain", true, "-plain", Map.of()),
  RESIDUAL("residual", false, "", Map.of()),
  /** Projections where the shape changes; arXiv 1512.03385, section 4.1, table 3. */
  SHORTCUT_B("residual, shortcut B", false, "-b", Map.of()),
  /** Projections everywhere. */
  SHORTCUT_C("residual, shortcut C", false, "-c", Map.of()),
  /**
   * "Deeper non-bottleneck ResNets"' counterpart, footnote 4: plain bottleneck nets degrade too.
   */
  PLAIN_BOTTLENECK("plain bottleneck", true, "-bottleneck-plain", Map.of()),
  BOTTLENECK("bottleneck", false, "-bottleneck", Map.of()),
  /** Three times the iterations; footnote 3. */
  PLAIN_LONGER("plain, 3 x iterations", true, "-plain", Map.of()),
  PLAIN_NO_NORM("plain without batch norm", true, "-no-norm-plain", Map.of()),
  /** Starts as its shortcuts: without norm, sums of He's branches would double with each block. */
  NO_NORM("residual without batch norm", false, "-no-norm", Map.of("zero-branch", "true")),
  PLAIN_PRE_ACTIVATION("plain pre-activation", true, "-plain", Map.of()),
  /** arXiv 1603.05027. */
  PRE_ACTIVATION("pre-activation", false, "", Map.of());

  private static final int BOTTLENECK_LAYERS = 9;

  private final String title;
  private final boolean plain;
  private final String suffix;
  private final Map<String, String> settings;

  Arm(String title, boolean plain, String suffix, Map<String, String> settings) {
    this.title = title;
    this.plain = plain;
    this.suffix = suffix;
    this.settings = settings;
  }

  /** For people. */
  public String title() {
    return title;
  }

  /** Whether its networks have no shortcuts. */
  public boolean plain() {
    return plain;
  }

  /** What a recipe has for these networks alone. */
  Map<String, String> settings() {
    return settings;
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
    String channels = width == 16 ? "" : "-width" + width;
    boolean before = this == PRE_ACTIVATION || this == PLAIN_PRE_ACTIVATION;
    boolean bottleneck = this == BOTTLENECK || this == PLAIN_BOTTLENECK;
    int layers = bottleneck ? BOTTLENECK_LAYERS * ((depth - 2) / 6) + 2 : depth;
    return (before ? "resnetv2_" : "resnet") + layers + channels + suffix;
  }

  /** What names it in files: {@code plain-longer}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The arms that are worth training beside the two main ones, by the word that asks for them. */
  enum Request {
    B(SHORTCUT_B),
    C(SHORTCUT_C),
    BOTTLENECK(PLAIN_BOTTLENECK, Arm.BOTTLENECK),
    LONGER(PLAIN_LONGER),
    NO_NORM(PLAIN_NO_NORM, Arm.NO_NORM),
    PRE_ACTIVATION(PLAIN_PRE_ACTIVATION, Arm.PRE_ACTIVATION);

    private final List<Arm> arms;

    Request(Arm... arms) {
      this.arms = List.of(arms);
    }

    private String id() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String ids() {
      return Arrays.stream(values()).map(Request::id).collect(Collectors.joining(", "));
    }
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
      arms.addAll(
          Arrays.stream(Request.values())
              .filter(request -> request.id().equals(word))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "arm \"%s\": there is none; there are %s".formatted(word, Request.ids())))
              .arms);
    }
    return arms.stream().distinct().toList();
  }
}
