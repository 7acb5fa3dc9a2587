// All that the pages of the desk run, in this order. At set-up it goes out as one file (app/bundles.py); a new script that
// no other imports is added here.
import "./requests.js";
import "./toast.js";
import "./details.js";
import "./writing.js";
import "./cursor.js";
import "./drag.js";
import "./grab.js";
import "./cutline.js";
import "./dialog.js";
import "./preview.js";
import "./menus.js";
import "./news.js";
import "./presence.js";
import "./selection.js";
import "./filters.js";
import "./keys.js";
import "./palette.js";
import "./rows.js";
import "./countdown.js";
import "./tour.js";
import "./copy.js";
