// The console works without scripts except for opening sealed fields; each module makes one thing quicker or safer,
// and finds its elements by their data attributes.
import { bulk } from "./bulk";
import { copy } from "./copy";
import { forms } from "./forms";
import { livefeed } from "./livefeed";
import { menu } from "./menu";
import { more } from "./more";
import { reveal } from "./reveal";
import { shortcuts } from "./shortcuts";
import { theme } from "./theme";
import { toasts } from "./toast";
import { upload } from "./upload";

// Menus come first: Esc closes an open menu before it closes an open field.
menu();
theme();
shortcuts();
toasts();
copy();
upload();
forms();
bulk();
livefeed();
more();
reveal();
