package org.resnet4j.report;

import java.util.List;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Stage;
import org.resnet4j.arch.Unit;
import org.resnet4j.report.Figure.Blocks;
import org.resnet4j.report.Figure.Tint;

/** A network of small blocks on one screen, each coloured by its tint. */
final class TintedNetwork {
  /** So many blocks can be drawn larger and still lie on one screen. */
  private static final int MOST_LARGE_UNITS = 16;

  /** The strength beyond which the ink of the page would no longer stand out. */
  private static final double HOT = 0.55;

  private final Blocks blocks;
  private final NetworkDrawing drawing;
  private final double factor;

  TintedNetwork(Blocks blocks) {
    this.blocks = blocks;
    drawing = new NetworkDrawing(blocks.network());
    factor = blocks.network().units().size() > MOST_LARGE_UNITS ? 1 : 1.5;
  }

  Element element() {
    Network network = blocks.network();
    List<Unit> units = network.units();
    Element element = Element.of("div").with("class", "network tinted").add(key());
    element.add(end("stem", network.input().toString(), drawing.stemDrawing()));
    int first = 0;
    for (Stage stage : network.stages()) {
      List<Unit> own = units.subList(first, first + stage.blocks().size());
      first += own.size();
      element.add(
          NetworkDrawing.row(
              NetworkDrawing.name(own),
              List.of(NetworkDrawing.kind(own), own.get(own.size() - 1).out().toString()),
              tiles(own)));
    }
    return element.add(end("head", network.classes() + " logits", drawing.headDrawing()));
  }

  private Element end(String name, String detail, PathDrawing path) {
    Element box = Element.of("div").add(path.compact(factor));
    Element tile = Element.of("div").with("class", "tile").add(box);
    return NetworkDrawing.row(name, List.of(detail), List.of(tile));
  }

  private List<Element> tiles(List<Unit> units) {
    return units.stream().map(this::tile).toList();
  }

  private Element tile(Unit unit) {
    Element box = Element.of("div").add(drawing.drawing(unit).compact(factor));
    Tint tint = blocks.tints().get(unit.name());
    if (tint == null) {
      return Element.of("div").with("class", "tile").add(box);
    }
    if (!Double.isNaN(tint.strength())) {
      double strength = Math.min(1, Math.max(0, tint.strength()));
      box.with("class", strength > HOT ? "tint hot" : "tint")
          .with("style", "--heat:" + Numbers.coordinate(strength));
    }
    Element tip = Element.of("span").with("class", "tip").add(Element.of("b", unit.name()));
    // Focusable, so that a touch or the keyboard shows what pointing does.
    return Element.of("div")
        .with("class", "tile")
        .with("tabindex", "0")
        .add(
            box,
            Element.of("span", tint.label()).with("class", "tint-label"),
            tip.text(" " + tint.text()));
  }

  private Element key() {
    Element key =
        Element.of("p")
            .with("class", "key")
            .add(
                Element.of("span", blocks.low()),
                Element.of("span").with("class", "ramp"),
                Element.of("span", blocks.high()));
    boolean all =
        blocks.network().units().stream()
            .map(unit -> blocks.tints().get(unit.name()))
            .allMatch(tint -> tint != null && !Double.isNaN(tint.strength()));
    return all
        ? key
        : key.add(
            Element.of("span")
                .with("class", "none")
                .add(Element.of("span").with("class", "swatch"))
                .text("no value"));
  }
}
