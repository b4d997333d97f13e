"""Verbs as buttons on the object: each has a page that says what will happen, and acts by POST."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meetups.rights import CHANGE


class VerbForm(forms.Form):
    """The question before a verb runs. Subclasses say when it fits, what follows, and act."""

    name: str
    button: str | Promise
    title: str | Promise
    # On the button that acts, where the way to the page is called otherwise.
    submit: str | Promise = ""
    back: str | Promise = _("No, back")
    needs = CHANGE
    is_grave = False
    do_not_call_in_templates = True  # templates list the classes themselves

    def __init__(self, *args: Any, subject: Any, model_admin: Any, request: HttpRequest) -> None:
        super().__init__(*args)
        self.label_suffix = ""
        self.subject, self.model_admin, self.request = subject, model_admin, request

    @classmethod
    def fits(cls, subject: Any) -> bool:
        """Whether the button is shown; the verb itself still decides."""
        return True

    def consequence(self) -> str:
        """What the click will do, to how many people."""
        return ""

    def act(self) -> str:
        """Run the verb; returns the sentence that says what has happened. May raise Refused.

        An empty sentence asks again: what she typed is shown as it will be.
        """
        raise NotImplementedError

    def afterwards(self) -> Any:
        """The object whose page comes next; this one, unless the verb made another."""
        return self.subject


class VerbPages:
    """The pages of an admin's verbs, behind the same scoped fetch as its own pages."""

    verbs: tuple[type[VerbForm], ...] = ()
    admin_site: Any
    opts: Any

    def get_urls(self) -> list[URLPattern]:
        prefix = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(
                f"<path:object_id>/{verb.name}/",
                self.admin_site.admin_view(partial(self.verb_view, verb=verb)),
                name=f"{prefix}_{verb.name}",
            )
            for verb in self.verbs
        ]
        return own + super().get_urls()  # type: ignore[misc]

    def verb_view(self, request: HttpRequest, object_id: str, verb: type[VerbForm]) -> HttpResponse:
        """Ask by GET, act by POST, and say what became of it."""
        subject = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if subject is None or not self._may(verb.needs, request, subject):  # type: ignore[attr-defined]
            raise Http404
        given = [request.POST] if request.method == "POST" else []
        form = verb(*given, subject=subject, model_admin=self, request=request)
        if given and form.is_valid() and (sentence := _acted(form)):
            self.log_change(request, subject, sentence)  # type: ignore[attr-defined]
            messages.success(request, sentence)
            return redirect(_page_of(form.afterwards()))
        return self._ask(request, form)

    def _ask(self, request: HttpRequest, form: VerbForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": form.title,
            "form": form,
            "object": form.subject,
            "opts": self.opts,
        }
        own = f"admin/{self.opts.app_label}/{self.opts.model_name}/{form.name}.html"
        return TemplateResponse(request, [own, "admin/verb.html"], context)

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """What the page of the object shows beside its form."""
        return {}

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        *args: Any,
        obj: Any = None,
        **kwargs: Any,
    ) -> HttpResponse:
        may: Callable[[str], bool] = partial(self._may, request=request, obj=obj)  # type: ignore[attr-defined]
        context["verbs"] = [v for v in self.verbs if obj and v.fits(obj) and may(v.needs)]
        if obj:
            context |= self.beside(request, obj)
        # Where nothing may be changed any more there is nothing to save.
        if not context["adminform"].form.fields and not context["inline_admin_formsets"]:
            context |= {"show_save": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)  # type: ignore[misc]


def _page_of(thing: Any) -> str:
    return reverse(
        f"admin:{thing._meta.app_label}_{thing._meta.model_name}_change", args=[thing.pk]
    )


def _acted(form: VerbForm) -> str:
    try:
        return form.act()
    except ValidationError as error:
        # A verb that blames a field of the object's own form is heard here, too.
        is_ours = set(getattr(error, "error_dict", {})) <= {*form.fields, NON_FIELD_ERRORS}
        form.add_error(None, error if is_ours else error.messages)
        return ""
