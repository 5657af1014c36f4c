package org.resnet4j.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.resnet4j.arch.Network;

/**
 * A training run while it goes on, as one HTML page that looks like its report.
 *
 * <p>The page is whole when it is opened. Then its script asks beside it, at {@code parts?after=}
 * and the version, for the parts that are newer, and puts them in; it asks nobody else.
 *
 * @param title the heading, e.g. {@code resnet20 on shapes}
 * @param state how the run stands
 * @param word the state in a few words, e.g. {@code stopped at step 120}
 * @param headline the few figures to see first, in order
 * @param plots the curves so far; none before the first step
 * @param blocks the network with what its branches add; none before the first look
 * @param mostWrong the judged images it was most wrongly sure of, worst first
 * @param judged what evaluation that was, as a sentence
 * @param conditions what the run is, in order
 */
public record LivePage(
    String title,
    Network network,
    State state,
    String word,
    Map<String, String> headline,
    List<Figure.Plot> plots,
    Optional<Figure.Blocks> blocks,
    List<WrongImage> mostWrong,
    String judged,
    Map<String, String> conditions) {

  /** How a run stands. */
  public enum State {
    RUNNING,
    FINISHED,
    STOPPED,
    FAILED
  }

  /** What changes at its own pace. */
  public enum Part {
    /** State and figures. */
    NOW,
    LEARNING,
    BLOCKS,
    MISTAKES;

    /** The id of its element. */
    public String id() {
      return switch (this) {
        case NOW -> "now";
        case LEARNING -> "learning";
        case BLOCKS -> "blocks";
        case MISTAKES -> "mistakes";
      };
    }
  }

  public LivePage {
    headline = Collections.unmodifiableMap(new LinkedHashMap<>(headline));
    plots = List.copyOf(plots);
    mostWrong = List.copyOf(mostWrong);
    conditions = Collections.unmodifiableMap(new LinkedHashMap<>(conditions));
  }

  /** Whether nothing will change any more. */
  public boolean ended() {
    return state != State.RUNNING;
  }

  /**
   * The whole page.
   *
   * @param version what the script has seen with it; letters, digits and dots
   */
  public String html(String version) {
    List<Element> page = new ArrayList<>();
    page.add(Page.header(title, RunReport.summary(network), Map.of()).add(holder(Part.NOW)));
    page.add(section("Learning", Part.LEARNING));
    page.add(section("Blocks", Part.BLOCKS));
    page.add(section("Most wrong", Part.MISTAKES));
    page.add(Page.conditions(conditions));
    return Page.live(title, page, version);
  }

  private Element section(String heading, Part part) {
    return Page.section(heading).add(holder(part));
  }

  private Element holder(Part part) {
    return Element.of("div").with("id", part.id()).add(elements(part));
  }

  /** What is inside the element of a part. */
  public String html(Part part) {
    return elements(part).stream().map(Element::toString).collect(Collectors.joining());
  }

  private List<Element> elements(Part part) {
    return switch (part) {
      case NOW -> now();
      case LEARNING ->
          plots.isEmpty()
              ? waiting("The curves begin with the first steps.")
              : FigureDrawing.all(new ArrayList<>(plots));
      case BLOCKS ->
          blocks
              .map(figure -> FigureDrawing.all(List.of(figure)))
              .orElseGet(() -> waiting("The branches are measured at the end of each epoch."));
      case MISTAKES -> mistakes();
    };
  }

  private List<Element> now() {
    Element badge =
        switch (state) {
          case RUNNING -> Badge.open(word);
          case FINISHED -> Badge.good(word);
          case STOPPED, FAILED -> Badge.bad(word);
        };
    Element line = Element.of("p").with("class", "state").with("role", "status").add(badge);
    return List.of(line, Page.figures(headline));
  }

  private List<Element> mistakes() {
    if (judged.isEmpty()) {
      return waiting("Images that are not learned are judged at the end of each epoch.");
    }
    Element sentence = Element.of("p", judged).with("class", "prose");
    return mostWrong.isEmpty()
        ? List.of(sentence)
        : List.of(sentence, RunReport.gallery(mostWrong));
  }

  private static List<Element> waiting(String text) {
    return List.of(Element.of("p", text).with("class", "note"));
  }
}
