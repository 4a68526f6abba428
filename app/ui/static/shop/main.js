// The shop's pages: each import takes care of one thing that a page without scripts can do without.

import "./basket_dialog.js";
import "./clicks.js";
import "./explain.js";
import "./facets.js";
import "./failures.js";
import "./final.js";
import "./focus.js";
import "./history.js";
import "./impressions.js";
import "./pictures.js";
import "./search_box.js";
import "./session_shelf.js";
import "./views.js";
import "./waiting.js";
